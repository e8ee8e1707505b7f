"""A Zoom of our own: OAuth, REST API and webhooks over real sockets, for tests, demos and trying things out.

Start it with ``python -m wagtail_zoom.simulator --port 8900``. It needs aiohttp and nothing else of this package.
"""
