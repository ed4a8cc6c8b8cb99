import { Anchor, Button, Stack, Text } from '@mantine/core'
import { isRouteErrorResponse, useRouteError } from 'react-router'

import { PageTitle } from '../components/panel'

export function NotFound() {
  const error = useRouteError()
  const failed = error instanceof Error && !isRouteErrorResponse(error)
  // A part of the program that cannot be loaded is a TypeError: no network, or a bundle that was replaced long ago.
  const message = !failed
    ? 'No page has this address.'
    : error instanceof TypeError
      ? 'A part of the console could not be loaded. Check the network, then load the page again.'
      : error.message
  return (
    <Stack p="lg">
      <PageTitle>This page cannot be shown</PageTitle>
      <Text>{message}</Text>
      {failed ? (
        <Button w="max-content" variant="default" onClick={() => window.location.reload()}>
          Load the page again
        </Button>
      ) : null}
      <Anchor href="#/">Open the lake</Anchor>
    </Stack>
  )
}
