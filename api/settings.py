"""Settings from the environment (`BREATHER_*`); refuses unsafe values outside development."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How this process runs. Policy (what a site decides about work) is a file of its own."""

    model_config = SettingsConfigDict(env_prefix="BREATHER_", extra="ignore", frozen=True)

    environment: Literal["development", "production", "test"] = "development"
    data_dir: Path = Field(default=Path("data"), description="folder of the embedded database")
    database_url: str = Field(default="", description="empty = SQLite in data_dir")
    policy: Path | None = Field(default=None, description="TOML laid over the default policy")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    session_hours: int = Field(default=12, ge=1, le=720)
    max_body_bytes: int = Field(default=20_000_000, description="largest request body")
    jobs: bool = Field(default=True, description="run the scheduled jobs in this process")
    solver_workers: int = Field(default=2, ge=1, le=64)
    clock_offset_seconds: float = Field(
        default=0.0, description="added to the clock, so that a demo can live in a day of its own; 0 everywhere else"
    )

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'breather.sqlite3').resolve()}"

    @property
    def embedded(self) -> bool:
        """Whether the database is the embedded SQLite, migrated on start."""
        return self.url.startswith("sqlite")

    @property
    def secure_cookies(self) -> bool:
        """Cookies only over HTTPS, in production."""
        return self.environment == "production"
