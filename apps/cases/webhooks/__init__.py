"""Webhooks: what happens to cases is told to other systems, signed, at least once and in order per case."""
