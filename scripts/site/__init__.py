"""The site: pages that open from disk without a network."""
