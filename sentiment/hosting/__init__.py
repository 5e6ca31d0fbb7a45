"""What the host of the rooms' crowds is made of, apart from the chat itself."""
