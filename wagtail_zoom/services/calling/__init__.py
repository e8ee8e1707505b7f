"""How calls to Zoom leave: with a token, at a pace, within allowances, and not to an account that fails."""
