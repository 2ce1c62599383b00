"""Where this shop keeps customers' files, made from its settings at a door."""

from pathlib import Path

from luminous.config import Settings
from luminous.storage import Bucket, Directory, Storage

NEEDED_FOR_BUCKET = {
    "MEDIA_S3_REGION": "the region of the bucket",
    "MEDIA_S3_KEY_ID": "the id of an access key to the bucket",
    "MEDIA_S3_SECRET": "that access key's secret",
}


def storage_of(settings: Settings) -> Storage:
    """A bucket where one is set, else a directory. Raises SettingsMissing for half a bucket."""
    if not settings.media_s3_bucket:
        directory = settings.media_directory
        return Directory(Path(directory) if directory else settings.luminous_home.absolute() / "media")
    settings.require(NEEDED_FOR_BUCKET)
    return Bucket(
        settings.media_s3_bucket,
        endpoint=settings.media_s3_endpoint,
        region=settings.media_s3_region,
        key_id=settings.media_s3_key_id,
        secret=settings.media_s3_secret,
    )
