"""What every agency's process shares: its link to the hub, over Kafka or over HTTP."""
