"""A kit to try any adapter, in any language, against every situation that has hurt a real hub."""
