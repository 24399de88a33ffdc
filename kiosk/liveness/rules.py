"""Every threshold and time limit of liveness, as data: part of the till's policy and its digest."""

from __future__ import annotations

from dataclasses import dataclass

LIGHTS = ("off", "optional", "required")


@dataclass(frozen=True, slots=True)
class LivenessRules:
    """What a face must show, and within which times; times in milliseconds.

    Measured on four clips of three people (two of one person live and on a screen) and on nine
    pictures held flat and bent at up to 50 degrees by simulation; see each figure.

    Attributes:
        challenges: movements asked for where passive anti-spoofing is installed.
        challenges_without_passive: the same where it is not.
        challenge_ms: for one movement, from the moment it is asked.
        session_ms: for the whole face check.
        obstacle_ms: how long something may be in the way (no face, two, dark) before it is refused.
        gap_ms: how long the face or the picture may be away once the check has begun.
        wrong_actions_max: movements other than the asked one that are forgiven.
        eyes_open_min: eye openness from which eyes count as open; eyes at rest are 0.19 to 0.4.
        eyes_closed_max: up to which they count as closed, at most.
        blink_drop_max: what closed eyes are open still, as a share of the person's own openness.
        blink_ms_max: how long a blink may take, from open to open.
        turned_min: turn from which a head counts as turned; clear turns reach 0.3 to 0.9, a picture
            tilted by 40 degrees at most 0.2.
        turn_rise_min: by how much it must have turned since it was asked.
        ahead_max: up to which it counts as looking ahead.
        relief_min: how far the nose must shift against the face in a turn, in eye distances; real
            turns give 0.14 to 0.29, flat pictures up to 0.18 at 40 degrees and 0.22 at 50.
        plane_fit_max: how well the turned face may be explained as the same picture in another
            plane, as a correlation; turns give at most 0.990, tilted pictures at least 0.984.
        flat_frames: frames of a plane's movement that make it certain.
        mouth_open_min: mouth openness from which a mouth counts as open; broad smiles reach 0.41.
        mouth_rise_min: by how much it must have opened since it was asked.
        nearer_min: by which factor a face must have grown to have come nearer.
        farther_max: to which share it must have shrunk to have gone farther.
        settled_frames: frames in a row that look ahead before anything is asked.
        identical_frames_max: frames in a row that may be the very same picture; a camera's noise
            makes no two frames alike.
        duplicate_share_max: how many of the last frames may each be the one before it.
        frame_rate_min: frames a second that are needed to follow a movement.
        loop_frames: frames in a row that must repeat earlier ones to be a loop.
        loop_ratio_max: how little a repetition may differ, as a share of the movement in it; live
            people come to 0.5 at the least.
        same_face_min: cosine of two embeddings from which they may be one person's; SFace's
            published one.
        track_jump_max: how far the face may move from frame to frame, in its widths.
        track_growth_max: by which factor it may grow or shrink from frame to frame.
        embed_every_frames: how often a face is compared with itself while it moves.
        passive_samples_min: passive scores that a verdict needs.
        passive_median_min: what their median must reach, 0..1.
        light: the screen's colours on the skin: "off", "optional" or "required".
        light_correlation_min: how well the skin must follow them; proven in simulation only.
    """

    challenges: int = 2
    challenges_without_passive: int = 3
    challenge_ms: int = 8_000
    session_ms: int = 45_000
    obstacle_ms: int = 6_000
    gap_ms: int = 1_500
    wrong_actions_max: int = 1
    eyes_open_min: float = 0.17
    eyes_closed_max: float = 0.15
    blink_drop_max: float = 0.6
    blink_ms_max: int = 1_500
    turned_min: float = 0.27
    turn_rise_min: float = 0.15
    ahead_max: float = 0.17
    relief_min: float = 0.13
    plane_fit_max: float = 0.992
    flat_frames: int = 4
    mouth_open_min: float = 0.55
    mouth_rise_min: float = 0.25
    nearer_min: float = 1.25
    farther_max: float = 0.80
    settled_frames: int = 6
    identical_frames_max: int = 12
    duplicate_share_max: float = 0.6
    frame_rate_min: float = 4.0
    loop_frames: int = 15
    loop_ratio_max: float = 0.3
    same_face_min: float = 0.363
    track_jump_max: float = 0.7
    track_growth_max: float = 1.6
    embed_every_frames: int = 12
    passive_samples_min: int = 5
    passive_median_min: float = 0.4
    light: str = "optional"
    light_correlation_min: float = 0.6

    def __post_init__(self) -> None:
        if self.light not in LIGHTS:
            raise ValueError(f"light is one of {', '.join(LIGHTS)}")

    def challenges_for(self, *, passive: bool) -> int:
        """How many movements are asked for."""
        return self.challenges if passive else self.challenges_without_passive
