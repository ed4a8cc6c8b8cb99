import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { unknownWords } from './unknown-values'

const REGION = { name: 'region', label: 'Region', column: 'region_id' } as Schemas['DashboardFilter']

test('a value that no filter offers is named, and one that is offered or not read yet is none', () => {
  expect(unknownWords([REGION], { region: 'XX' }, [['GB', 'IE']])).toEqual(['No region is XX.'])
  expect(unknownWords([REGION], { region: 'GB' }, [['GB', 'IE']])).toEqual([])
  expect(unknownWords([REGION], { region: 'XX' }, [undefined])).toEqual([])
  expect(unknownWords([REGION], {}, [['GB']])).toEqual([])
})
