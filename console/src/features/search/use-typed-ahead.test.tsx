// @vitest-environment happy-dom
import { act, renderHook } from '@testing-library/react'
import { useState } from 'react'
import { expect, test } from 'vitest'

import { useTypedAhead } from './use-typed-ahead'

function opened(isOpen: boolean) {
  return renderHook(() => {
    const [typed, setTyped] = useState('')
    return { typed, onFocus: useTypedAhead(isOpen, setTyped) }
  }).result
}

const press = (key: string, more: KeyboardEventInit = {}) =>
  act(() => void window.dispatchEvent(new KeyboardEvent('keydown', { key, ...more })))

test('keys typed before the field of the search has the focus are in it', () => {
  const hook = opened(true)
  for (const key of ['1', '2', 'x', 'Backspace', '4', 'Shift']) press(key)
  press('k', { ctrlKey: true })
  expect(hook.current.typed).toBe('124')
})

test('the focused field takes its keys itself, and a closed search takes none', () => {
  const hook = opened(true)
  act(() => hook.current.onFocus())
  press('a')
  expect(hook.current.typed).toBe('')
  const closed = opened(false)
  press('a')
  expect(closed.current.typed).toBe('')
})
