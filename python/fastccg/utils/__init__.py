"""Import paths of the original package."""
