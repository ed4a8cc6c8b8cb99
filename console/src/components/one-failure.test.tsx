// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { act, cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import { ApiProblem } from '../api/client'
import { FailuresOfPage } from './one-failure'
import { Answered, Failed, Waiting } from './states'

afterEach(cleanup)

const NO_NETWORK = new TypeError('Failed to fetch')

test('parts that failed for one cause show one box, which tries all of them again', async () => {
  const tried: string[] = []
  const part = (what: string, error: unknown) => (
    <Failed error={error} what={what} onRetry={() => tried.push(what)} />
  )
  render(
    <MantineProvider>
      <FailuresOfPage>
        {part('the health', NO_NETWORK)}
        {part('the runs', NO_NETWORK)}
        {part('the files', new Error('Another cause.'))}
      </FailuresOfPage>
    </MantineProvider>,
  )
  const titles = screen.getAllByRole('alert').map((box) => box.textContent)
  expect(titles).toHaveLength(2)
  expect(titles[0]).toContain('The health and the runs cannot be shown')
  expect(screen.getByText('Not shown, for the same reason as the health.')).toBeTruthy()
  await userEvent.click(screen.getAllByRole('button', { name: 'Try again' })[0] as HTMLElement)
  expect(tried).toEqual(['the health', 'the runs'])
})

test('parts that still show what was read before say so once, with the time of the oldest', () => {
  const read = (time: string) => Date.parse(`2026-11-27T${time}:00`)
  const part = (what: string, dataUpdatedAt: number) => (
    <Answered
      of={{ data: what, error: NO_NETWORK, isPending: false, dataUpdatedAt, refetch: vi.fn() }}
      what={what}
    >
      {(shown) => <p>{shown}, read before</p>}
    </Answered>
  )
  render(
    <MantineProvider>
      <FailuresOfPage>
        <Failed error={NO_NETWORK} what="the files" />
        {part('the health', read('09:54'))}
        {part('the runs', read('09:53'))}
      </FailuresOfPage>
    </MantineProvider>,
  )
  expect(screen.getAllByRole('alert').map((box) => box.textContent)).toEqual([
    expect.stringContaining('The files cannot be shown'),
    expect.stringMatching(
      /^2 parts of this page show what was known at 27 Nov.*09:53 and could not be renewed/,
    ),
  ])
  expect(screen.queryByText(/^Not shown/)).toBeNull()
  expect(screen.getByText('the runs, read before')).toBeTruthy()
})

test('a part that failed while the API was busy asks again by itself, once for all parts, and says so', () => {
  vi.useFakeTimers()
  const tried: string[] = []
  const busy = new ApiProblem(502, 'Bad gateway', 'The API failed (status 502).', '')
  render(
    <MantineProvider>
      <FailuresOfPage>
        <Failed error={busy} what="the health" onRetry={() => tried.push('health')} />
        <Failed error={busy} what="the runs" onRetry={() => tried.push('runs')} />
        <Failed
          error={new ApiProblem(400, 'Wrong', 'Wrong.', '')}
          what="the files"
          onRetry={() => tried.push('files')}
        />
      </FailuresOfPage>
    </MantineProvider>,
  )
  expect(screen.getAllByText('The page tries again by itself every 15 seconds.')).toHaveLength(1)
  vi.advanceTimersByTime(15_000)
  expect(tried).toEqual(['health', 'runs'])
  vi.useRealTimers()
})

test('an action that failed says so where it was asked for', () => {
  render(
    <MantineProvider>
      <FailuresOfPage>
        <Failed error={NO_NETWORK} what="the runs" />
        <Failed error={NO_NETWORK} what="the new run" isAction />
      </FailuresOfPage>
    </MantineProvider>,
  )
  expect(screen.getAllByRole('alert').map((box) => box.textContent)).toEqual([
    expect.stringContaining('The runs cannot be shown'),
    expect.stringContaining('The new run failed'),
  ])
})

test('a page says once that the API takes long, and each part what it loads', () => {
  vi.useFakeTimers()
  render(
    <MantineProvider>
      <FailuresOfPage>
        <Waiting what="the health" />
        <Waiting what="the runs" />
      </FailuresOfPage>
    </MantineProvider>,
  )
  expect(screen.queryByText(/takes longer than usual/)).toBeNull()
  act(() => vi.advanceTimersByTime(3500))
  vi.useRealTimers()
  expect(screen.getAllByRole('status').map((part) => part.textContent)).toEqual([
    'Loading the health … The API takes longer than usual. The page continues by itself; nothing is lost.',
    'Loading the runs …',
  ])
})
