"""The unit by which systemd runs a till: restarted when it ends, and let near as little as it can.

The till owns its home, the cameras, the screen and the touch panel; the rest of the machine it can
neither write nor, for the most part, see.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kiosk.errors import Error

if TYPE_CHECKING:
    from pathlib import Path

_USER: Final = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_UNIT: Final = """\
# Written by `facetill kiosk systemd-unit`. Put it into /etc/systemd/system/facetill.service, then:
#   systemctl daemon-reload && systemctl enable --now facetill
[Unit]
Description=Facetill till
Documentation=man:systemd.exec(5)
After=network.target time-sync.target systemd-logind.service
StartLimitIntervalSec=0

[Service]
Type=exec
User={user}
SupplementaryGroups=video render input lp
Environment=QT_QPA_PLATFORM={platform}
Environment=PYTHONDONTWRITEBYTECODE=1
RuntimeDirectory=facetill
Environment=XDG_RUNTIME_DIR=%t/facetill
ExecStart={command}
Restart=always
RestartSec=5
SuccessExitStatus=130
TimeoutStopSec=20

NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome={protect_home}
ReadWritePaths={home}
PrivateTmp=yes
ProtectProc=invisible
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077
DevicePolicy=closed
DeviceAllow=char-video4linux rw
DeviceAllow=char-drm rw
DeviceAllow=char-input r
DeviceAllow=char-tty rw
DeviceAllow=char-usb rw
DeviceAllow=char-alsa rw
LimitCORE=0

[Install]
WantedBy=multi-user.target
"""


def unit(program: Path, home: Path, user: str, camera: str, platform: str) -> str:
    """The unit's text.

    Args:
        program: the `facetill` command, absolute.
        home: the till's home, absolute.
        user: whose process it is; owns the home.
        camera: what `--camera` should say.
        platform: Qt's way to the screen, such as eglfs or wayland.

    Raises:
        Error: a word cannot stand in a unit.
    """
    if not _USER.fullmatch(user):
        raise Error(f"{user[:40]!r} is no user's name.", hint="Name one that `id` knows.")
    if not re.fullmatch(r"[a-z0-9:=,-]{1,40}", platform):
        raise Error(f"{platform[:40]!r} is no platform of Qt.", hint="Write eglfs or wayland.")
    words = (str(program), "kiosk", "--fullscreen", "--home", str(home), "--camera", camera)
    command = " ".join(_quoted(word) for word in (*words, "--log-format", "json"))
    return _UNIT.format(
        user=user,
        platform=platform,
        command=command,
        home=_quoted(str(home)),
        protect_home="read-only" if str(home).startswith(("/home/", "/root/")) else "yes",
    )


def _quoted(word: str) -> str:
    """A word as systemd's own quoting has it."""
    if not word.isprintable() or len(word) > 4096:  # noqa: PLR2004 - the length of a path
        raise Error("A path holds an unprintable character.", hint="Choose another path.")
    word = word.replace("%", "%%").replace("$", "$$").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{word}"' if set(word) & set(" ;'\"\\") else word
