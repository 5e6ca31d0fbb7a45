"""Pictures on their way to browsers: VP9 for those that decode video, JPEG for others."""
