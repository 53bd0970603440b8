"""What is kept, one module per kind of thing. Nothing else touches DynamoDB, and only `dynamo` reads its refusals."""
