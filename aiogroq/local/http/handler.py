"""Handles each HTTP request: log it, choose its fault, read its body, route it and send the response."""

from __future__ import annotations

import asyncio

from aiohttp import web

from ..api.request import ApiRequest
from ..api.router import LOGGER, Router
from ..faults import Fault, parse_fault
from ..limiter import Charge
from ..request_log import ReceivedRequest, RequestLog, requested_model
from ..response import SSE_TYPE, ApiError, ApiResponse
from ..settings import Settings
from .apply_fault import apply_fault
from .connections import TrackedServer
from .fault_queue import FaultQueue
from .hosts import Hosts
from .request_body import BodyReader
from .writer import send, send_with_fault

_REGION = "local"


class Handler:
    """The handler of all requests of one server."""

    def __init__(self, settings: Settings, router: Router, log: RequestLog, faults: FaultQueue) -> None:
        self._settings = settings
        self._router = router
        self._log = log
        self._faults = faults
        self._hosts = Hosts(settings.host, settings.allowed_hosts)
        self._bodies = BodyReader(settings)
        self.server: TrackedServer = TrackedServer(
            self.handle,
            keepalive_timeout_s=settings.keepalive_timeout_s,
            request_timeout_s=settings.request_timeout_s,
        )
        self.is_stopping: bool = False

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Handle one request. Every request is logged, also if the client disconnects early."""
        entry = self._log_request(request)
        connection = request.protocol
        self.server.request_started(connection)
        is_complete = False
        try:
            sent = await self._respond(request, entry)
            is_complete = True
            return sent
        finally:
            self.server.request_finished(connection)
            self._log.finish(entry, disconnected=not is_complete and not self.is_stopping)
            self._call_on_request(entry)

    async def _respond(self, request: web.BaseRequest, entry: ReceivedRequest) -> web.StreamResponse:
        entry.request_id = request_id = self._router.context.ids.request()
        fault: Fault | None = None
        charge: Charge | None = None
        closes = False
        try:
            self._hosts.check(entry.headers.get("host"))
            fault = self._choose_fault(entry)
            # Checked before the body is read: a client without a key must not be able to use memory.
            self._router.check_key(entry.headers.get("authorization", ""))
            if fault is None or not fault.ignore_body:
                body = await self._bodies.read(request, entry.path, entry.headers)
                if body:
                    self._log.set_body(entry, body)
                    fault = fault or self._faults.take(entry.method, entry.path, body)
            response, charge = await self._route(entry, fault)
        except ApiError as error:
            response, closes = error.response(), error.status == 408
        response.headers["x-request-id"] = request_id
        response.headers["x-groq-region"] = _REGION
        try:
            return await self._send(request, entry, response, fault, charge, closes=closes)
        finally:
            self._settle(entry, charge, fault)

    async def _route(self, entry: ReceivedRequest, fault: Fault | None) -> tuple[ApiResponse, Charge | None]:
        api_request = ApiRequest(
            entry.method,
            entry.path,
            entry.query_string,
            entry.body,
            entry.headers.get("content-type", ""),
            entry.request_id,
            entry.headers,
            is_replaced=fault is not None and fault.replaces,
        )
        try:
            response = await self._router.respond(api_request)
        except asyncio.CancelledError:
            # The client is gone, or the server stops, while an async reply is awaited.
            self._settle(entry, api_request.charge, fault)
            raise
        entry.model = api_request.model or (requested_model(entry) if response.status >= 400 else "")
        entry.limit_kind = api_request.limit_kind
        entry.prompt_tokens = api_request.prompt_tokens
        entry.completion_tokens = api_request.completion_tokens
        return response, api_request.charge

    async def _send(
        self,
        request: web.BaseRequest,
        entry: ReceivedRequest,
        response: ApiResponse,
        fault: Fault | None,
        charge: Charge | None,
        *,
        closes: bool,
    ) -> web.StreamResponse:
        settings = self._settings
        latency_s = settings.latency_s + (fault.latency_s if fault else 0.0)
        if latency_s > 0:
            await asyncio.sleep(latency_s)
        if charge is not None:
            if response.chunks is None:  # a stream ends later
                self._settle(entry, charge, fault)
            response.headers.update(self._router.context.limiter.headers(charge.model, charge.organization))
        events_per_second = settings.tokens_per_second if response.content_type == SSE_TYPE else None
        gap_s = 1.0 / events_per_second if events_per_second else 0.0
        if fault is None:
            entry.status = response.status
            return await send(request, response, event_gap_s=gap_s, closes=closes)
        entry.fault = fault
        entry.truncated = fault.disconnects
        changed = apply_fault(response, fault, entry.model)
        entry.status = None if fault.before_head and fault.end != "stall" else changed.status
        return await send_with_fault(request, changed, fault, event_gap_s=gap_s)

    def _settle(self, entry: ReceivedRequest, charge: Charge | None, fault: Fault | None) -> None:
        """Charge the usage of the response. One that a fault turns into an error is free, as failures of the service are."""
        if charge is not None:
            is_free = fault is not None and (fault.status or 0) >= 400
            self._router.context.limiter.settle(
                charge,
                prompt_tokens=0 if is_free else entry.prompt_tokens,
                completion_tokens=0 if is_free else entry.completion_tokens,
            )

    def _call_on_request(self, entry: ReceivedRequest) -> None:
        on_request = self._settings.on_request
        if on_request is not None:
            try:
                on_request(entry)
            except Exception:
                LOGGER.exception("on_request failed")

    def _choose_fault(self, entry: ReceivedRequest) -> Fault | None:
        header = entry.headers.get("x-local-fault") if self._settings.fault_header else None
        return parse_fault(header) if header else self._faults.take(entry.method, entry.path)

    def _log_request(self, request: web.BaseRequest) -> ReceivedRequest:
        headers: dict[str, str] = {}
        for name, value in request.headers.items():
            name = name.lower()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        url = request.rel_url
        entry = ReceivedRequest(
            request.method,
            url.raw_path,
            url.raw_query_string,
            headers,
            self.server.numbers.get(request.protocol, 0),
            self._settings.clock(),
        )
        self._log.add(entry)
        return entry
