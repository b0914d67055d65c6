"""What must not happen: a key that shows or goes elsewhere, injected headers and paths, files that a server names."""
