"""The HTTP side of the embedded server: sockets, request bodies, framing of responses, faults and the server thread."""
