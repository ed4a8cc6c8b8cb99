// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../api/client'
import { keepStatements, lastStatements } from '../features/query/last-statements'
import { SignOut } from './sign-out'

const forgetAll = vi.hoisted(() => vi.fn<() => Promise<void>>())
vi.mock('../features/upload/kept-files', () => ({ forgetAll }))

const STATEMENTS = [{ sql: 'select 1', at: Date.now(), rows: 1, hasMore: false }]

afterEach(cleanup)

test.each([
  ['a browser that keeps files', () => Promise.resolve()],
  ['a browser that keeps none', () => Promise.reject(new Error('private'))],
])('a sign-out forgets the files of uploads and the last statements first, in %s', async (_, forgets) => {
  const done: string[] = []
  const left: number[] = []
  keepStatements('ann', STATEMENTS)
  forgetAll.mockImplementation(() => {
    done.push('forgotten')
    left.push(lastStatements('ann').length)
    keepStatements('ann', STATEMENTS) // answered while the files are forgotten
    return forgets()
  })
  const signOut = () => {
    done.push('signed out')
    left.push(lastStatements('ann').length)
  }
  connect({ apiUrl: '', token: () => Promise.resolve(''), signOut })
  render(
    <MantineProvider>
      <SignOut />
    </MantineProvider>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Sign out' }))
  await waitFor(() => expect(done).toEqual(['forgotten', 'signed out']))
  expect(left).toEqual([0, 0])
})
