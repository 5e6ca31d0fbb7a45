"""The crowd over HTTP: what moderators do, who they are, moments and emotes."""
