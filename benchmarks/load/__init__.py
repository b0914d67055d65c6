"""The load server: answers made beforehand, so that the client is what is measured."""
