output "name" {
  description = "Name of the bucket, once its settings stand."
  value       = aws_s3_bucket.this.bucket

  depends_on = [aws_s3_bucket_policy.this, aws_s3_bucket_server_side_encryption_configuration.this, aws_s3_bucket_versioning.this]
}

output "arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.this.arn
}


output "kms_key_arn" {
  description = "Key that encrypts every object; null for a key of S3's own."
  value       = var.kms_key_arn
}
