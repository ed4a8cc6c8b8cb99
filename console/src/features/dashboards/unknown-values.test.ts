import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { unknownValues } from './unknown-values'

const REGION = { name: 'region', label: 'Region', column: 'region_id' } as Schemas['DashboardFilter']

const unknownWords = (...of: Parameters<typeof unknownValues>) =>
  unknownValues(...of).map(({ words }) => words)

test('a value that no filter offers is named, and one that is offered or not read yet is none', () => {
  expect(unknownWords([REGION], { region: ['XX'] }, [['GB', 'IE']])).toEqual(['No region is XX.'])
  expect(unknownWords([REGION], { region: ['GB'] }, [['GB', 'IE']])).toEqual([])
  expect(unknownWords([REGION], { region: ['XX'] }, [undefined])).toEqual([])
  expect(unknownWords([REGION], {}, [['GB']])).toEqual([])
})

test('a list without values is withheld, and no value is unknown to it', () => {
  expect(unknownWords([REGION], { region: ['GB'] }, [[]])).toEqual([])
})

test('a label keeps its capitals where its first word has no other letters', () => {
  const wordsOf = (label: string) => unknownWords([{ ...REGION, label }], { region: ['7'] }, [['8']])
  expect(['SKU', 'SKU family', 'Product SKU'].flatMap(wordsOf)).toEqual([
    'No SKU is 7.',
    'No SKU family is 7.',
    'No product SKU is 7.',
  ])
})

test('of several values those that no filter offers are named, and the others still have rows', () => {
  const of = (...values: string[]) => unknownValues([REGION], { region: values }, [['GB', 'IE']])
  expect(of('GB', 'XX')).toMatchObject([{ words: 'No region is XX.', isEmpty: false }])
  expect(of('XX', 'YY')).toMatchObject([{ words: 'No region is XX or YY.', isEmpty: true }])
})
