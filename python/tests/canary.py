"""A key that tests look for where no key may be."""

KEY = "sk-canary-0123456789abcdef"
