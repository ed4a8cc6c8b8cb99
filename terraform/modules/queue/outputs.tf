output "arn" {
  description = "ARN of the queue, once it exists."
  value       = aws_sqs_queue.this.arn
}

output "arn_by_name" {
  description = "The same ARN, known beforehand: what only grants access need not wait for the queue."
  value       = local.arn
}

output "name" {
  description = "Name of the queue, known beforehand."
  value       = var.name
}

output "url_by_name" {
  description = "URL of the queue, known beforehand: the function that sends to it is made meanwhile."
  value       = local.url
}

output "url" {
  description = "URL of the queue."
  value       = aws_sqs_queue.this.url
}

output "dead_letters" {
  description = "Name, ARN and URL of the dead-letter queue."
  value = {
    name = aws_sqs_queue.dead_letters.name
    arn  = aws_sqs_queue.dead_letters.arn
    url  = aws_sqs_queue.dead_letters.url
  }
}
