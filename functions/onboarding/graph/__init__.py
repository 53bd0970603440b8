"""Microsoft's side, reached: tokens, Microsoft Graph, and the answers to the domain's `Tenant` questions."""
