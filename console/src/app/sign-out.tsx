import { Button } from '@mantine/core'

import { signOut } from '../api/client'
import { forgetAll } from '../features/upload/kept-files'

/** Ends the session. Files that were chosen for an upload do not stay in the browser for the next person. */
export function SignOut() {
  const end = () =>
    void forgetAll()
      .catch(() => undefined)
      .then(signOut)
  return (
    <Button size="compact-sm" variant="subtle" onClick={end}>
      Sign out
    </Button>
  )
}
