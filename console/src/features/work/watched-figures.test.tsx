// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import type { Result } from '../query/results'
import type { WatchedFigure } from './alerts'
import { WatchedFigures } from './watched-figures'

afterEach(cleanup)

const figure = (name: string, above: number, unit: string) =>
  ({
    board: { system: 'guardian', title: 'Fraud' } as Schemas['Dashboard'],
    rule: { name, above, unit, panel: 'queue' } as Schemas['DashboardAlert'],
  }) satisfies WatchedFigure

const answer = (value: number | null) => ({ columns: [{ name: 'value' }], rows: [[value]] }) as Result

test('each watched figure says what it is now, its limit and where it is shown', () => {
  render(
    <MantineProvider>
      <WatchedFigures
        figures={[figure('fraud_share', 0.05, 'share'), figure('late', 0, '')]}
        answers={[answer(0.071), undefined]}
      />
    </MantineProvider>,
  )
  expect(screen.getByText('2 figures of the dashboards are watched')).toBeTruthy()
  expect(screen.getAllByRole('listitem', { hidden: true }).map(({ textContent }) => textContent)).toEqual([
    'Fraud share of Fraud: now 7.1 %, an alert above 5 %',
    'Late of Fraud: an alert above 0',
  ])
  expect(screen.getAllByText('Fraud')[0]?.getAttribute('href')).toContain('guardian')
})
