import { Button, Kbd } from '@mantine/core'
import { lazy, Suspense, useEffect, useState } from 'react'

import { SEARCH_FOR } from './search-for'
import { useTypedAhead } from './use-typed-ahead'

const SearchDialog = lazy(() => import('./search-dialog'))

/** Opens the search, which Ctrl+K opens on every page. */
export function SearchButton() {
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const onFocus = useTypedAhead(isOpen, setTyped)
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      setOpen(true)
    }
    function open(event: Event): void {
      setTyped(String((event as CustomEvent<string>).detail))
      setOpen(true)
    }
    window.addEventListener('keydown', press)
    window.addEventListener(SEARCH_FOR, open)
    return () => {
      window.removeEventListener('keydown', press)
      window.removeEventListener(SEARCH_FOR, open)
    }
  }, [])
  const close = () => {
    setOpen(false)
    setTyped('')
  }
  return (
    <>
      <Button size="compact-sm" variant="default" aria-label="Search (Ctrl+K)" onClick={() => setOpen(true)}>
        Search{' '}
        <Kbd size="xs" ml={6} visibleFrom="md">
          Ctrl K
        </Kbd>
      </Button>
      {isOpen ? (
        <Suspense>
          <SearchDialog typed={typed} onType={setTyped} onFocus={onFocus} onClose={close} />
        </Suspense>
      ) : null}
    </>
  )
}
