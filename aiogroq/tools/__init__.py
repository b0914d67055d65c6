"""Tools: functions that the model may call, and the runners that call them until the model is done.

`tool` says what a tool is, `toolbox` finds the tools of a runner, `conversation` decides each step without I/O, and
`runner` makes the requests and runs the calls. The sync runner is ``aiogroq/sync/tool_runner.py``.
"""
