"""The lake over HTTP: the same handlers run in Lambda functions behind API Gateway and in `headgate serve`.

`docs/use/api.md` describes the shape, `docs/openapi.json` is generated from the types in `shapes`.
"""
