"""A small S3 on a loopback port that checks the signature of every request (AWS Signature Version 4)."""

import hashlib
import hmac
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

from fastapi import FastAPI, Request, Response

from tests.loopback import serving

KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@dataclass
class S3:
    """What it keeps by path, and how many requests it refused."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    refused: int = 0

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        if not is_signed(request, body):
            self.refused += 1
            return Response("<Error><Code>SignatureDoesNotMatch</Code></Error>", 403)
        path = request.url.path
        if request.method == "PUT":
            self.files[path] = body
            return Response(headers={"ETag": '"1"'})
        if request.method == "DELETE":
            self.files.pop(path, None)
            return Response(status_code=204)
        if path not in self.files:
            return Response("<Error><Code>NoSuchKey</Code></Error>", 404)
        headers = {"ETag": '"1"', "Last-Modified": "Thu, 26 Nov 2026 10:00:00 GMT"}
        return Response(self.files[path], headers=headers)


def is_signed(request: Request, body: bytes) -> bool:
    """Whether the request bears the signature that its key, its time and every byte of it give."""
    scheme, _, fields = request.headers.get("authorization", "").partition(" ")
    parts = dict(part.strip().split("=", 1) for part in fields.split(","))
    key_id, day, region, service, end = parts["Credential"].split("/")
    told = request.headers["x-amz-content-sha256"]
    if scheme != "AWS4-HMAC-SHA256" or key_id != KEY_ID or told != hashlib.sha256(body).hexdigest():
        return False
    signed = parts["SignedHeaders"].split(";")
    canonical = "\n".join(
        [
            request.method,
            quote(request.url.path),
            request.url.query,
            *(f"{name}:{request.headers[name].strip()}" for name in signed),
            "",
            parts["SignedHeaders"],
            told,
        ]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    scope = "/".join([day, region, service, end])
    to_sign = "\n".join([scheme, request.headers["x-amz-date"], scope, digest])
    key = f"AWS4{SECRET}".encode()
    for part in (day, region, service, end, to_sign):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(key.hex(), parts["Signature"])


@asynccontextmanager
async def s3_server() -> AsyncGenerator[S3]:
    s3, app = S3(), FastAPI()
    app.add_api_route("/{path:path}", s3.answer, methods=["GET", "PUT", "DELETE"])
    async with serving(app) as port:
        s3.url = f"http://127.0.0.1:{port}"
        yield s3
