import { lazy, Suspense, useEffect, useState } from 'react'

import { isTyped } from './use-page-keys'

const KeysDialog = lazy(() => import('./keys-dialog'))

/** Lists the keyboard shortcuts when somebody presses `?` where nobody types. */
export function KeysHelp() {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if (event.key !== '?' || isTyped(event)) return
      event.preventDefault()
      setOpen(true)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
  return isOpen ? (
    <Suspense>
      <KeysDialog onClose={() => setOpen(false)} />
    </Suspense>
  ) : null
}
