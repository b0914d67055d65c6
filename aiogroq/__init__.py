"""The Groq API for people who write asyncio."""
