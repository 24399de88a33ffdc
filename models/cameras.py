"""The cameras of this machine by names that outlive a replug or a restart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

BY_ID = Path("/dev/v4l/by-id")
DEVICES = Path("/dev")


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera.

    Attributes:
        name: what `--camera` should say: its stable path where it has one, else its device.
        device: the device it is now, such as /dev/video0.
    """

    name: str
    device: str


def is_camera(spec: str) -> bool:
    """Whether a source's words name a camera or a stream, rather than a file or the sample."""
    return spec.isdigit() or spec.startswith(("/dev/", "rtsp://", "rtsps://"))


def cameras(by_id: Path = BY_ID, devices: Path = DEVICES) -> tuple[Camera, ...]:
    """All cameras, each once, by stable name where the system gives one.

    A camera's second device, which gives metadata and no picture, is left out where the system
    says which it is.
    """
    found: dict[str, str] = {}
    links = sorted(by_id.iterdir()) if by_id.is_dir() else []
    others = set()
    for link in links:
        device = str(link.resolve())
        if link.name.endswith("-index0"):
            found[device] = str(link)
        else:
            others.add(device)
    for path in sorted(devices.glob("video*")):
        if str(path) not in others:
            found.setdefault(str(path), str(path))
    return tuple(Camera(name, device) for device, name in sorted(found.items()))


def stable(spec: str, by_id: Path = BY_ID, devices: Path = DEVICES) -> str:
    """The stable name of a camera given by index or device; any other spec as it is."""
    device = str(devices / f"video{spec}") if spec.isdigit() else spec
    named = {camera.device: camera.name for camera in cameras(by_id, devices)}
    return named.get(device, spec)
