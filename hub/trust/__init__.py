"""Who may do what, and how that is proven: contracts, agencies, tokens, keyed digests, sealing."""
