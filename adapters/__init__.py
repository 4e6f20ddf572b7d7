"""What connects the hub to the systems around it: brokers, issuers and the agencies' own systems."""
