"""Networks as they are: proxies, certificates, addresses, encodings, base URLs; over real sockets on loopback."""
