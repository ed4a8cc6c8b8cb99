import { Button, CopyButton } from '@mantine/core'

/** Copies the address of the page: it has the statement, the chart and the answer that is shown. */
export function CopyLink() {
  return (
    <CopyButton value={window.location.href}>
      {({ copied, copy }) => (
        <Button size="compact-sm" variant="default" onClick={copy}>
          {copied ? 'Link copied' : 'Copy link'}
        </Button>
      )}
    </CopyButton>
  )
}
