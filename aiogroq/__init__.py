"""The Groq API for people who write asyncio."""
from .client import AsyncGroq
