"""`make stop`: end all of a deployment, and whatever is left of one that was killed."""

from local import emulator
from local.state import State


def stop(state: State) -> bool:
    """End a running deployment and whatever is left of a killed one; say whether there was any."""
    running = state.running()
    if running is None:
        return False
    # It ends the emulator itself, and the emulator needs its time to save.
    lived = running.front.lives
    running.front.end(within=emulator.END_WITHIN * 2)
    return end_leftovers(state) or lived


def end_leftovers(state: State) -> bool:
    """End an emulator whose front was killed; its state is saved in passing."""
    running = state.running()
    if running is None:
        return False
    left = running.emulator is not None and running.emulator.lives
    if running.emulator is not None and left:
        state.record_deployed(None)  # it saves what its front did not live to note
        emulator.end(running.emulator, state)
    state.stack_file.unlink(missing_ok=True)
    state.record(None)
    return left


def main() -> None:
    """End it, and say what there was to end."""
    state = State.chosen()
    if state.running():
        print("Stopping; the emulator saves what it has, which takes a busy machine a while …", flush=True)
    print("Stopped." if stop(state) else "Nothing was running.")


if __name__ == "__main__":
    main()
