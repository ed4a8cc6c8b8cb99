"""Read a query's result in MySQL's binary protocol, without Python objects for rows.

PyMySQL connects, authenticates and does TLS. Then a block of bytes is read from the socket, its rows are
located by their packet lengths, and each column is decoded for all rows at once
(`headgate.export.mysql.decode`). docs/adr/0010 has the measurements.

Source: MySQL client/server protocol, https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html
(packets; COM_STMT_PREPARE, COM_STMT_EXECUTE; binary resultset rows).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from pymysql.err import MySQLError, raise_mysql_exception  # type: ignore[import-untyped]  # PyMySQL ships no types
from pymysql.protocol import FieldDescriptorPacket, MysqlPacket  # type: ignore[import-untyped]  # as above

from headgate.errors import NotPermittedError, ServiceError, SettingsError
from headgate.export.mysql.mysql_errors import server_errors
from headgate.export.server.source import SourceLostError

BLOCK_BYTES = 4 << 20
# Decoders read a few bytes beyond a row's last value, so the block is longer than its content.
MARGIN_BYTES = 32
_HEADER_BYTES = 4
_LONGEST_PACKET = 0xFFFFFF
# The first byte of a packet in a binary result: a row, or the end of the result: EOF (0xFE) or an error.
_ROW_MARK, _ERROR_MARK = 0x00, 0xFF
_NOT_NULL_FLAG, _UNSIGNED_FLAG, _ZEROFILL_FLAG = 1, 32, 64
_BINARY_CHARSET = 63
_COM_STMT_PREPARE, _COM_STMT_EXECUTE, _COM_STMT_CLOSE = 0x16, 0x17, 0x19


@dataclass(frozen=True)
class WireColumn:
    """The definition of a result column.

    Attributes:
        type_code: the protocol's number of the type.
        length: maximum bytes in the connection's character set; digits and signs of a decimal; bits of a BIT.
        scale: fraction digits of decimals and of seconds.
    """

    name: str
    type_code: int
    unsigned: bool
    nullable: bool = True
    is_binary: bool = False
    is_padded: bool = False
    length: int = 0
    scale: int = 0


@dataclass(frozen=True)
class WireRows:
    """Complete rows in a block, whose payloads begin at `starts`; the next read reuses the block."""

    block: bytearray
    starts: np.ndarray[Any, np.dtype[np.int64]]


class ResultStream:
    """One query's rows, in blocks; PyMySQL's connection is busy until all rows are read."""

    def __init__(self, connection: Any, query: str) -> None:  # noqa: ANN401 PyMySQL ships no types
        self._connection = connection
        self._read_ahead = True
        with server_errors("select"):
            self._statement, self.columns = self._execute(query)

    def _execute(self, query: str) -> tuple[int, tuple[WireColumn, ...]]:
        self._connection._execute_command(_COM_STMT_PREPARE, query)  # noqa: SLF001 PyMySQL has no prepared statements of its own
        prepared = self._packet()._data  # noqa: SLF001 as above
        statement, count, _ = struct.unpack_from("<IHH", prepared, 1)
        for _ in range(count + 1):  # the columns as prepared, and an EOF
            self._packet()
        self._connection._execute_command(_COM_STMT_EXECUTE, struct.pack("<IBI", statement, 0, 1))  # noqa: SLF001 as above
        self._packet()  # the number of columns, as prepared
        columns = tuple(_wire_column(self._packet(FieldDescriptorPacket)) for _ in range(count))
        self._packet()
        return statement, columns

    def _packet(self, kind: type = MysqlPacket) -> Any:  # noqa: ANN401 PyMySQL ships no types
        return self._connection._read_packet(kind)  # noqa: SLF001 as above

    def __iter__(self) -> Iterator[WireRows]:
        with server_errors("read"):
            yield from self._blocks()
            self._connection._execute_command(_COM_STMT_CLOSE, struct.pack("<I", self._statement))  # noqa: SLF001 as above

    def _blocks(self) -> Iterator[WireRows]:
        block, filled, ended = bytearray(BLOCK_BYTES + MARGIN_BYTES), 0, False
        while not ended:
            starts: list[int] = []
            end, room = 0, memoryview(block)[:BLOCK_BYTES]
            while filled < BLOCK_BYTES and not ended:
                filled += self._receive(room[filled:])
                end = find_rows(block, end, filled, starts)
                ended = bool(starts) and block[starts[-1]] != _ROW_MARK
            if ended:
                self._check_end(block, starts.pop(), end)
            if starts:
                yield WireRows(block, np.array(starts, dtype=np.int64))
            elif not ended:
                yield self._large_row(block)
                end = filled
            block[: filled - end] = block[end:filled]
            filled -= end

    def _receive(self, room: memoryview) -> int:
        """Receive bytes into `room`, first from PyMySQL's buffer, and return their number.

        `readinto1` of PyMySQL's buffer would wait for the network even if the whole result is buffered.
        """
        if self._read_ahead:
            self._read_ahead = False
            ahead = self._connection._rfile.read1(len(room))  # noqa: SLF001 the only way to the bytes past authentication and TLS
            room[: len(ahead)] = ahead
            count = len(ahead)
        else:
            count = self._connection._rfile.raw.readinto(room)  # noqa: SLF001 as above
        if not count:
            raise SourceLostError("the connection to the source ended within a result")
        return count

    def _check_end(self, block: bytearray, start: int, end: int) -> None:
        """Raise the server's error if the result ended with one."""
        if block[start] == _ERROR_MARK:
            raise_mysql_exception(bytes(block[start:end]))

    def _large_row(self, block: bytearray) -> WireRows:
        """Return a row that is larger than a block, joined from its packets."""
        size = packet_size(block, 0)
        payload = block[_HEADER_BYTES:BLOCK_BYTES] + self._read_exactly(size + _HEADER_BYTES - BLOCK_BYTES)
        while size == _LONGEST_PACKET:
            size = packet_size(self._read_exactly(_HEADER_BYTES), 0)
            payload += self._read_exactly(size)
        return WireRows(payload + bytes(MARGIN_BYTES), np.zeros(1, dtype=np.int64))

    def _read_exactly(self, size: int) -> bytearray:
        block = bytearray(size)
        room, filled = memoryview(block), 0
        while filled < size:
            filled += self._receive(room[filled:])
        return block


def packet_size(block: bytes | bytearray, at: int) -> int:
    """Return the payload size from a packet's header."""
    return block[at] | block[at + 1] << 8 | block[at + 2] << 16


def find_rows(block: bytearray, at: int, filled: int, starts: list[int]) -> int:
    """Append the payload offsets of complete packets from `at` on; return the offset after them.

    This is the only Python loop over rows, so it does nothing else.
    """
    append = starts.append
    while at + _HEADER_BYTES <= filled:
        following = at + _HEADER_BYTES + (block[at] | block[at + 1] << 8 | block[at + 2] << 16)
        if following > filled:
            break
        append(at + _HEADER_BYTES)
        at = following
    return at


def _wire_column(packet: Any) -> WireColumn:  # noqa: ANN401 PyMySQL ships no types
    return WireColumn(
        packet.name,
        packet.type_code,
        bool(packet.flags & _UNSIGNED_FLAG),
        not packet.flags & _NOT_NULL_FLAG,
        packet.charsetnr == _BINARY_CHARSET,
        bool(packet.flags & _ZEROFILL_FLAG),
        packet.length,
        packet.scale,
    )


def result_columns(connection: Any, query: str) -> tuple[WireColumn, ...]:  # noqa: ANN401 as above
    """Return the columns of a query without rows.

    Raises:
        SettingsError: the server rejected the query; the message has its reason, because the query is the
            caller's.
    """
    try:
        stream = ResultStream(connection, query)
        for _ in stream:
            pass
    except ServiceError as error:
        if isinstance(error, (SourceLostError, NotPermittedError)) or not isinstance(
            error.__cause__, MySQLError
        ):
            raise
        raise SettingsError(f"the server does not accept the query: {error.__cause__.args[-1]}") from error
    return stream.columns
