"""The model, and talking to it in a terminal."""
