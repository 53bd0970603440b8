"""The OpenAPI document, written from the code's own models and route table; no function loads any of this."""
