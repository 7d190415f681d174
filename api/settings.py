"""Settings from the environment (`BREATHER_*`); refuses unsafe values outside development."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Network = IPv4Network | IPv6Network


def read_networks(text: str) -> tuple[Network, ...]:
    """The networks that `text` lists, with commas between; raises `ValueError` quoting one that is none."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


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
    max_body_bytes: int = Field(default=5_000_000, description="largest request body")
    jobs: bool = Field(default=True, description="run the scheduled jobs in this process")
    event_source: str = Field(
        default="urn:breather:events",
        pattern=r"^[!-~]{1,200}$",
        description="a URI that names this installation in the CloudEvents that webhooks carry",
    )
    webhook_networks: str = Field(
        default="", description="networks that webhooks may be sent to besides the public internet: 10.0.0.0/8,fd00::/8"
    )
    adapters: Path | None = Field(default=None, description="TOML about contact systems (api/adapters/settings.py)")
    twilio_auth_token: SecretStr = SecretStr("")
    rocketchat_token: SecretStr = SecretStr("")
    azure_function_key: SecretStr = SecretStr("")
    solver_workers: int = Field(default=2, ge=1, le=64)
    clock_offset_seconds: float = Field(
        default=0.0, description="added to the clock, so that a demo can live in a day of its own; 0 everywhere else"
    )

    @field_validator("webhook_networks")
    @classmethod
    def _networks(cls, value: str) -> str:
        read_networks(value)
        return value

    @property
    def allowed_networks(self) -> tuple[Network, ...]:
        """`webhook_networks`, read."""
        return read_networks(self.webhook_networks)

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
