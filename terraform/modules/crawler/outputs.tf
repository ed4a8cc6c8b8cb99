output "name" {
  description = "Name of the crawler."
  value       = aws_glue_crawler.this.name
}

output "arn" {
  description = "ARN of the crawler."
  value       = aws_glue_crawler.this.arn
}
