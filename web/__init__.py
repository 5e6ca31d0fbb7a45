"""HTTP, WebSockets, pages and the command line; `web.app` composes everything."""
