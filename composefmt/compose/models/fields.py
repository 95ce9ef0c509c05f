"""The canonical objects of the other fields with a short and a long form.

Each model is the long form as the specification has it; `parse_field` reads either form.
"""

from __future__ import annotations

from typing import Union

from pydantic import BaseModel, ConfigDict, RootModel

from composefmt.compose.dual import DUALS


class _Model(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    def canonical(self) -> dict[str, object]:
        """Return the object with its defaults and without empty values."""
        return self.model_dump(exclude_none=True)


class BuildConfig(_Model):
    """`build`: a string is the context (05-services, `build`)."""

    context: Union[str, None] = None
    dockerfile: Union[str, None] = None


class FileReference(_Model):
    """An item of `configs`, `secrets` or `build.secrets`: a string is the source."""

    source: str
    target: Union[str, None] = None
    uid: Union[str, None] = None
    gid: Union[str, None] = None
    mode: Union[int, str, None] = None


class ServiceDependency(_Model):
    """A service that another one depends on: a name alone requires that it is started."""

    condition: str = "service_started"
    required: bool = True
    restart: Union[bool, None] = None


class ServiceNetwork(_Model):
    """A network of a service; a name alone sets nothing."""

    aliases: Union[list[str], None] = None
    ipv4_address: Union[str, None] = None
    ipv6_address: Union[str, None] = None


class ServiceModel(_Model):
    """A model of a service; a name alone sets nothing."""

    endpoint_var: Union[str, None] = None
    model_var: Union[str, None] = None


class DeviceMapping(_Model):
    """An item of `devices`: `source[:target[:permissions]]`."""

    source: str
    target: Union[str, None] = None
    permissions: Union[str, None] = None


class EnvFile(_Model):
    """An item of `env_file`: a string is the path of a file that must exist."""

    path: str
    required: bool = True
    format: Union[str, None] = None


class ExtendsConfig(_Model):
    """`extends`: a string is a service of the same file."""

    service: str
    file: Union[str, None] = None


class IncludeConfig(_Model):
    """An item of `include`: a string is the path."""

    path: Union[str, list[str]]
    project_directory: Union[str, None] = None
    env_file: Union[str, list[str], None] = None


class Ulimits(_Model):
    """A limit: a number is both the soft and the hard one."""

    soft: Union[int, str]
    hard: Union[int, str]


class DeviceRequest(_Model):
    """An item of `gpus`; "all" requests all of them."""

    count: Union[int, str, None] = None
    device_ids: Union[list[str], None] = None


class Texts(RootModel[dict[str, Union[str, int, float, bool, None]]]):
    """A mapping of keys to values, as of `environment` and `labels`; None: read from the environment."""


class Hosts(RootModel[dict[str, list[str]]]):
    """`extra_hosts`: the addresses of each host."""


class TextList(RootModel[list[str]]):
    """A list of strings, or a single string."""


class Dependencies(RootModel[dict[str, ServiceDependency]]):
    """`depends_on`, by service."""


class ServiceNetworks(RootModel[dict[str, Union[ServiceNetwork, None]]]):
    """`networks` of a service, by name."""


class ServiceModels(RootModel[dict[str, Union[ServiceModel, None]]]):
    """`models` of a service, by name."""


class Files(RootModel[list[FileReference]]):
    """`configs`, `secrets` or `build.secrets`."""


class Devices(RootModel[list[Union[DeviceMapping, str]]]):
    """`devices`; the name of a CDI device stays a string."""


class EnvFiles(RootModel[list[EnvFile]]):
    """`env_file`."""


class Includes(RootModel[list[IncludeConfig]]):
    """`include`."""


class Gpus(RootModel[list[DeviceRequest]]):
    """`gpus`."""


_MODELS: dict[str, type[BaseModel]] = {
    "wrapped.BUILD": BuildConfig,
    "wrapped.EXTENDS": ExtendsConfig,
    "wrapped.ULIMITS": Ulimits,
    "wrapped.GPUS": Gpus,
    "wrapped.ENV_FILES": EnvFiles,
    "wrapped.INCLUDES": Includes,
    "wrapped.FILES": Files,
    "devices.DEVICES": Devices,
    "names.DEPENDENCIES": Dependencies,
    "hosts.HOSTS": Hosts,
    "lists.LIST": TextList,
}


def parse_field(name: str, value: object) -> BaseModel:
    """Return the canonical object of a field, such as `environment`, from its short or its long form.

    `name` is the field's name in the setting `long-form` (but for ports and volumes, which have `parse_ports` and
    `parse_volumes`). Raises KeyError for an unknown name, and pydantic's ValidationError.
    """
    dual = {dual.name: dual for dual in DUALS}[name]
    if name in ("networks", "models"):
        model: type[BaseModel] = ServiceNetworks if name == "networks" else ServiceModels
    else:
        model = _MODELS.get(dual.form, Texts)
    canonical = dual.reader.canonical(value)
    return model.model_validate([{"count": "all"}] if canonical == "all" else canonical)
