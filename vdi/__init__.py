"""The desktop and server room: images, sessions and placement."""
