"""Files in a bucket that speaks S3: Supabase Storage, MinIO, Amazon and others."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

from obstore.exceptions import BaseError
from obstore.store import S3Store

from luminous.errors import StorageAway

TIMEOUT = timedelta(seconds=30)


class Bucket:
    """One bucket, addressed by path. endpoint empty: Amazon's for the region."""

    def __init__(
        self, bucket: str, *, endpoint: str, region: str, key_id: str, secret: str, prefix: str = "media"
    ) -> None:
        self._bucket = bucket
        self._store = S3Store(
            bucket,
            prefix=prefix,
            endpoint=endpoint.rstrip("/") or f"https://s3.{region}.amazonaws.com",
            region=region,
            access_key_id=key_id,
            secret_access_key=secret,
            virtual_hosted_style_request=False,
            disable_bulk_delete=True,  # not every provider has it
            client_options={"allow_http": endpoint.startswith("http://"), "timeout": TIMEOUT},
            retry_config={"max_retries": 2, "retry_timeout": TIMEOUT},
        )

    async def put(self, name: str, content: bytes) -> None:
        """Keep it."""
        with self._explained():
            await self._store.put_async(name, content, use_multipart=False)

    async def get(self, name: str) -> bytes | None:
        """The bytes, or None."""
        with self._explained():
            try:
                return bytes(await (await self._store.get_async(name)).bytes_async())
            except FileNotFoundError:
                return None

    async def delete(self, name: str) -> None:
        """Remove it."""
        with self._explained():
            try:
                await self._store.delete_async(name)
            except FileNotFoundError:
                return

    @contextmanager
    def _explained(self) -> Generator[None]:
        """The library's errors quote requests, so that only their kind is told."""
        try:
            yield
        except (BaseError, ValueError, OSError) as error:
            raise StorageAway(
                f"The bucket {self._bucket} cannot be used ({type(error).__name__})."
            ) from error
