"""What ``sync_zoom`` does, step by step."""
