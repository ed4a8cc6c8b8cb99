import { expect, test } from 'vitest'

import { ResultLines, valueOf } from './result-file'

const COLUMNS = [
  { name: 'id', type: 'bigint' },
  { name: 'note', type: 'varchar' },
]
const FILE = '"id","note"\n"1","a ""b"", c\nd"\n"2",\n"9007199254740993",""\n'
const ROWS = [
  [1, 'a "b", c\nd'],
  [2, null],
  ['9007199254740993', ''],
]

test('the rows of a result file are those of the pages, wherever its pieces end', () => {
  for (let size = 1; size <= FILE.length; size += 1) {
    const lines = new ResultLines(COLUMNS)
    const pieces = Array.from({ length: Math.ceil(FILE.length / size) }, (_, at) =>
      FILE.slice(at * size, (at + 1) * size),
    )
    expect(pieces.flatMap((piece) => lines.push(piece))).toEqual(ROWS)
  }
})

test('a value of a result file is the one that the API answers', () => {
  const values: [string | null, string, unknown][] = [
    [null, 'bigint', null],
    ['0.25', 'double', 0.25],
    ['1.0E10', 'double', 1e10],
    ['NaN', 'double', 'NaN'],
    ['-Infinity', 'real', '-Infinity'],
    ['19.90', 'decimal(12,2)', '19.90'],
    ['true', 'boolean', true],
    ['false', 'boolean', false],
    ['2011-12-09', 'date', '2011-12-09'],
    ['2011-12-09 12:50:01.000', 'timestamp', '2011-12-09T12:50:01'],
    ['2011-12-09 12:50:01.120', 'timestamp(3)', '2011-12-09T12:50:01.120000'],
    ['2011-12-09 12:50:01.000 UTC', 'timestamp with time zone', '2011-12-09 12:50:01.000 UTC'],
    ['007', 'varchar(3)', '007'],
  ]
  for (const [text, type, value] of values) expect(valueOf(text, type)).toEqual(value)
})
