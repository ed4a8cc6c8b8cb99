import { Button } from '@mantine/core'

import { signOut } from '../api/client'
import { forgetStatements } from '../features/query/last-statements'
import { forgetAll } from '../features/upload/kept-files'

/** Ends the session. Files that were chosen for an upload and statements do not stay in the browser for the next person. */
export function SignOut() {
  const end = () => {
    forgetStatements()
    void forgetAll()
      .catch(() => undefined)
      .then(() => {
        forgetStatements() // an answer may have come meanwhile
        signOut()
      })
  }
  return (
    <Button size="compact-sm" variant="subtle" onClick={end}>
      Sign out
    </Button>
  )
}
