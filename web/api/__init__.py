"""The API for other systems: tokens with scopes, the same acts, the same access; money as strings."""
